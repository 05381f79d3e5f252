"""What the workflows in `.github/workflows` run: previews of changes, ephemeral stacks, smoke tests."""
