"""The person model and what a trained model consists of."""
