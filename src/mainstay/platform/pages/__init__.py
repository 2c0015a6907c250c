"""The page of the queue of jobs."""
