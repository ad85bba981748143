"""The local stack: an AWS emulator, infra/template.yaml deployed to it, and sample data."""
