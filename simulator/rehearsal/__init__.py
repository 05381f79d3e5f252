"""What stands behind `make rehearse`: a cloud's stack on simulated nodes of the same shapes and counts.

The stack's own settings and program run, with a simulated cluster in the place of the cloud's: its nodes
have the cloud's shapes, less what the cloud keeps of each; the pods that the cloud and charts bring are there
with what they reserve; and nodes are added up to each pool's maximum for pods that find no room. What stays
Pending is reported as the scheduler sees it. Nothing of the stack's own state, secrets or cloud is touched.
"""
