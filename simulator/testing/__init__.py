"""What tests of a platform use: copies of the project on the real engine, and fixtures for pytest."""
