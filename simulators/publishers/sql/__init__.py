"""The two query dialects a publisher understands: Socrata's SoQL and ArcGIS' SQL-92 subset."""
