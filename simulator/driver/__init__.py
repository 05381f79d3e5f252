"""What stands behind `make up|preview|refresh|down|env`: the engine's surroundings, and recovery.

Pulumi's own command line does the work. The driver obtains it, gives it a state and a plugin on this machine,
puts in order what a killed run left behind, and says at the end what there is.
"""
