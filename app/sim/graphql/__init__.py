"""The part of GitHub's GraphQL API that the App asks: documents are read and answered field by field."""
