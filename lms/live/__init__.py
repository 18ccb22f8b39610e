"""The gateway's parts: sessions of learners with their live kernels, and who may have one."""
