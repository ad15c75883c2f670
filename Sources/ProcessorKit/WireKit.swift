/// Adapters go on finding the readers and writers of wire formats here; what speaks to no processor takes them from WireKit alone.
@_exported public import WireKit
