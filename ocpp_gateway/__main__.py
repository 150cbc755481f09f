"""`python -m ocpp_gateway`"""

from runtime.importing import undisturbed_imports

if __name__ == "__main__":
    with undisturbed_imports():
        from ocpp_gateway.main import main

    main()
