"""Pictures: their geometry (numbers and words in, path data and places out), and what stands in those of a
report and of a collaboration over time. Colours belong to the palette."""
