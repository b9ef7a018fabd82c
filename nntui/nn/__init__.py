"""How a network computes: layers, initializers, losses, and the binding that gives each layer its arrays."""
