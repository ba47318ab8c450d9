"""Questions in plain French to filters and a hybrid ranking."""
