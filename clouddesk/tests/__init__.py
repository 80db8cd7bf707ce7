from oslo_service import backend

# Before any test imports a library that would choose the other one.
backend.init_backend(backend.BackendType.THREADING)
