"""Static files: CSV, XLSX and the pages that link them, with the validators of RFC 9110."""
