"""What is learned: sources (generated, bundled, a person's files), features and scaling fitted on the training part."""
