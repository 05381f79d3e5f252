"""The cluster: how to be let in, its API types, requests and watches."""
