"""The demonstration school: who is in it, what they handed in, and how it is made."""
