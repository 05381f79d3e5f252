"""Models that nodes hold before the services that use them start."""
