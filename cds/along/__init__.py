"""Taking the summary along: text for the note, a short version, PDF, and a document in the chart."""
