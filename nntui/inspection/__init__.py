"""What a trained network has inside: pure functions of a network with its parameters, and of the data it was trained on."""
