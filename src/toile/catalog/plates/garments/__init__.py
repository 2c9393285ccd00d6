"""Modern garments and accessories, each as panels on the body."""
