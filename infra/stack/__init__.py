"""The local stack: an emulator of AWS, the real template on it, and a small catalogue in it."""
