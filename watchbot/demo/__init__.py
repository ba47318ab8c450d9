"""The demo: the main job on a recorded web shipped with the package."""
