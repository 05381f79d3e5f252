"""Tests of simulator.tools with programs and a Go toolchain that are small scripts."""
