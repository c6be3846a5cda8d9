"""Where knowledge comes from besides the hosts: folders of documents, web pages, API descriptions. Nothing is stored here."""
