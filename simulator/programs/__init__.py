"""What live pods run: a table from images to programs, how each is had, and the registry that serves them.

On a live cluster (simulator/node) the pods whose images stand in the table run for real. No image is pulled
from outside: the table says which program an image holds, the program is built or installed once into the
cache, and a registry on the node serves an image that is little more than links to it.
"""
