"""Why a document, or any file, is where it is: in plain French, for the command and for the document’s page."""
