"""The technician's page: devices, their traffic, what the doctor found; nobody's data."""
