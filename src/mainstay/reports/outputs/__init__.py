"""The situation report as files: each made of the same report, so that every figure is the same in each."""
