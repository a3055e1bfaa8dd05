"""The person model, and the parts of a trained model."""
