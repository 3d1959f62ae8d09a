"""What there is to measure, in this order: in a whole run, and by itself where it takes long or hardly ever changes."""

from benchmarks import comparing, documents, in_process, serving

PARTS = {
    "ways, in one process": in_process.ways,
    "the PDF, in one process": documents.made,
    "pages": serving.pages,
    "reports": serving.report,
    "fill-ins": serving.fill_ins,
    "a round": serving.a_round,
    "sessions beside each other": comparing.compare,
    "PDFs over HTTP": documents.sent,
    "pages while PDFs are made": documents.neighbours,
    "memory": serving.held,
    "ten thousand collaborations": comparing.search,
}
ALONE = {
    "signals": comparing.signals,
    "a million answers": comparing.million,
    "workers and places": serving.workers,
    "two hundred PDFs": documents.many,
}
ALL = {**PARTS, **ALONE}
