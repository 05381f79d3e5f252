"""What a stack needs from outside, told and gathered without a cluster: images, charts, packages, tools."""
