"""What one may tell a customer: where the parcel, the money and the exchange of a return are, and what comes next."""
