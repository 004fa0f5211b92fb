"""Fine-tuning: task, methods, the one loop, losses, metrics, splits, callbacks, registry, compare."""
