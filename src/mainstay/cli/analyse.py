"""mainstay analyse: figures from files alone; nothing is written, no instance is needed."""
