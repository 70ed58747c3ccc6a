"""The registration receipt (登记回执, R7): what it says, and the signed record in its QR."""
