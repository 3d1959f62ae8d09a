"""What pages, PDFs and files say and draw, of what the domain hands out with privacy already applied."""
