"""The platform for one person: `slipway:minimal`."""
