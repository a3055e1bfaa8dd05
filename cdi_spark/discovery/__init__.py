"""`cdi init`: turns raw files into a conf project that runs.

Start reading at draft/project.py. It takes these steps, each of which uses only the folders before its own:

- lexicon/ is what is known before a file is read: lists of words, and patterns of values.
- read/ finds the files, detects format, encoding and delimiter, and samples their rows as columns of text.
- recognise/ guesses what each column means, what a row is (a person or an event), its key, and the country.
- draft/ turns the guesses into mappings, asks about the least sure ones on request, and writes them as YAML with
  comments on what to confirm. Up to here nothing needs Spark.
- trial/ runs the draft on a sample by the pipeline's stages, and measures each line.
- profile/ shows all columns on a page.
"""
