"""ArcGIS Feature and Map services, as upstreams were seen to behave."""
