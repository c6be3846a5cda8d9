"""The sandbox's one page: write as a customer or an agent, and see what an agent would. ``routes`` serves, ``shape`` prepares."""
