"""The application: it decides, stores, serves pages and wires the rooms. No vendor's protocol lives here."""
