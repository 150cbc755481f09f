"""`python -m api`: the API process."""

from api.main import main

if __name__ == "__main__":
    main()
