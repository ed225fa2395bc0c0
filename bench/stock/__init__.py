"""The same part of the schema as Strawberry and Tortoise are commonly used: models, objects, and a DataLoader."""
