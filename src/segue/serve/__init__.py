"""HTTP: one router per capability, jobs, keys, and errors as problems; `segue serve`."""
