"""`python -m ocpp_gateway`"""

from ocpp_gateway.main import main

if __name__ == "__main__":
    main()
