"""The CDS Hooks service: the same guidance when a chart is opened, a visit booked or an order written."""
