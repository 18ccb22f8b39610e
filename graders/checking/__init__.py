"""Authors' proof: what an assignment's own tests are worth, found by running them."""
