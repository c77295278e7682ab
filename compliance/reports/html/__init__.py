"""The parts of `report.html`: what the page shows, as plain data, and the templates that show it.

Each module makes one part from the evidence; `page` puts them together. Nothing here reads
anything but the evidence and the files of this folder.
"""
