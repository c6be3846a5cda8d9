"""What we are made of: are the locks in step, may we use it, is anything in it known to be broken, and a bill of it all."""
